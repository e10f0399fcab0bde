"""Where and how networks run: devices, arithmetic, several processes, checkpoints."""
