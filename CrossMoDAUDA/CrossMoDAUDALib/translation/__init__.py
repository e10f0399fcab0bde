"""Image translation by CycleGAN (paper section 2.1): from labelled source scans to pseudo-target images.

Read ``cyclegan.py`` for the method, ``training.py`` for how it is trained on the slices of ``slices.py``, and
``translator.py`` for how a trained generator turns a volume into a pseudo-target image.
"""
