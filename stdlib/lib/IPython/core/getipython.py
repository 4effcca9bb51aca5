"""Old home of `get_ipython`."""
from IPython import get_ipython
