"""The pages of reviews 评议: for who answers for one, for who judges, for who reads the result."""
