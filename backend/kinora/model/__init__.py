"""The model: backbones, heads, the architecture that joins them, and the bundle that keeps them.

Importing this package loads no Keras; its files that build networks do.
"""
