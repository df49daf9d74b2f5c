"""Run the command line with `python -m whitestone.cli`."""

from whitestone.cli import main

if __name__ == "__main__":
    main()
