"""The modules of this folder import each other, as `make fuzz` does, which runs one of them."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
