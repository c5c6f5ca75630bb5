import sys

from aicovid.training.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
