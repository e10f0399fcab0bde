"""What is told of a segmentation: scores against references, measurements, and whether it is plausible."""
