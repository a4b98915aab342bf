"""`python -m robot` is `vss-robot`."""

from robot.cli import main

if __name__ == "__main__":
    main()
