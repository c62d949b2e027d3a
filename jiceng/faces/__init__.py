"""The faces: who looks at the platform, and through what."""
