"""What the folders of all bundles hold: networks in two formats, checksums, golden cases."""
