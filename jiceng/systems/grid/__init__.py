"""网格化: discover, judge, dispose."""
