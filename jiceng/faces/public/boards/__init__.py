"""The boards 公开栏 as everybody reads them: lists, notices, what is said to them, poster, feed."""
