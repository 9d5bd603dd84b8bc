"""The filler scorer: what a block of prose says that would fit any article, and the rules."""
