import sys

from aicovid.cohorts.command import main

sys.exit(main(sys.argv[1:]))
