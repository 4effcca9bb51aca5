"""Only the class's name, for `isinstance` checks."""
from IPython._session import Shell as InteractiveShell
