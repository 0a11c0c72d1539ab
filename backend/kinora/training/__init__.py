"""Training: from a folder of clips to a bundle. The settings load no Keras; the rest does."""
