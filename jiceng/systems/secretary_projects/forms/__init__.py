"""What people type in secretary projects."""
