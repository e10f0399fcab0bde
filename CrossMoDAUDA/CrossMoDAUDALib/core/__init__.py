"""What everything else stands on: settings, errors, files, helper processes, progress."""
