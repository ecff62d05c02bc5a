"""`python -m lapor` is the command `lapor`."""

from lapor.cli import main

if __name__ == "__main__":
    main()
