import sys

from aicovid.validation.command import main

sys.exit(main(sys.argv[1:]))
