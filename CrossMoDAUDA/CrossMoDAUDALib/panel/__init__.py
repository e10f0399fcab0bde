"""The module's panel in Slicer: one class a file. It knows the work only through the command line and its events."""
