"""The pages of secretary projects."""
