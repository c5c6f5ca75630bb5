"""The public archives: files, patients, labels, samples, and the library's preprocessing of them."""
