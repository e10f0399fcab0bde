"""Unsupervised cross-modality domain adaptation for medical image segmentation.

The method of Yang and Wang (crossMoDA 2022): CycleGAN turns labelled source scans into pseudo-target images, nnU-Net
learns from them, and self-training with its own pseudo-labels closes the rest of the gap. Start reading at
``method/plan.py``. Not for clinical use.
"""

NOT_CLINICAL = "Not for clinical use."
__version__ = "0.1.0"

from .translation import registry as _registry  # noqa: E402, F401  # each translator brings settings, which must be known before any is read
