"""Training-free ordinal and sign quantization for vector retrieval."""

__version__ = "0.6.0"
