"""The gazetteer as loaded and checked; the folding of text that keeps offsets. Imports nothing of ours."""
