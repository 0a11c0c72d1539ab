"""Recognition without TensorFlow: compiled graphs behind one Recognizer, and what builds on it."""
