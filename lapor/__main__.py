"""Makes `python -m lapor` the same as the command `lapor`."""

from lapor.cli import main

if __name__ == "__main__":
    main()
