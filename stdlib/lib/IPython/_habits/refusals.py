"""What this machine cannot have, each with the reason and what to do instead."""
from IPython._habits.table import refused

SHELL = "there is no shell on this machine; use Python (os, pathlib, shutil) for files"

refused("system sx", SHELL, cell=True)
refused("bash sh script ruby perl python python2 python3 pypy cmd", SHELL, line=False, cell=True)
refused("matplotlib pylab", "matplotlib is not available: it needs extension modules in C, which this machine does not run; the lenses draw their own pictures")
refused("pip conda mamba micromamba uv", "packages cannot be installed: the machine has no network; a folder with pure-Python modules can be shown to it (pellucid install --mount PATH)")
refused("env set_env", "your computer's environment is not visible here; os.environ has the machine's own variables, and takes new ones")
refused("debug", "there is no debugger; the traceback stays readable with %tb, and lenses such as %heap show the names after the failure")
refused("pdb", "there is no debugger; the traceback stays readable with %tb")
refused("load_ext reload_ext unload_ext autoreload", "extensions of IPython cannot be loaded: they reach into its parts, which are not here; importlib.reload reloads a module")
refused("gui", "there are no windows on this machine")
refused("edit ed", "there is no editor on this machine; edit the cell")
refused("store", "nothing is kept between sessions; write a file into a folder that is mounted for writing")
refused("config", "there is nothing of IPython's to configure; %settings shows what can be set")
refused("alias rehashx", SHELL)
refused("prun lprun", "there is no profiler; %timeit measures, and %dis shows the instructions", cell=True)
refused("memit mprun", "use %layout and %object for sizes, %gc for the collector", cell=True)
