//! Training-free ordinal and sign quantization.
