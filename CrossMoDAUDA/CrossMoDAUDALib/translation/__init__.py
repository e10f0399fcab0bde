"""Image translation by CycleGAN (paper section 2.1): from labelled source scans to pseudo-target images.

A translator is a file: read ``protocol.py`` for what it must do, ``cyclegan.py`` for the paper's, and ``registry.py`` for
which there are. ``training.py`` trains one on the slices of ``slices.py``, and ``trained.py`` turns volumes into
pseudo-target images with what has been learnt.
"""
