"""`python -m dwell` is the command `dwell`."""

from dwell.cli.main import run

if __name__ == "__main__":
    run()
