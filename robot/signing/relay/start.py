"""Where Chrome's launcher begins: started by path, in isolated mode, so the package `robot` has to be pointed out first.

The first argument is the folder that holds it. It comes last on the path: a package installed there shadows nothing of Python's.
"""

import sys

if __name__ == "__main__":
    sys.path.append(sys.argv[1])
    from robot.signing.relay.program import main

    main(sys.argv[2:])
