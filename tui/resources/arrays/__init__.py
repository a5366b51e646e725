"""Arrays as they are looked at: sources, planes, pictures in colours and in text, statistics, exports."""
