"""Old home of the names of `IPython.display`."""
from IPython.display import *
from IPython.display import DisplayObject, TextDisplayObject
