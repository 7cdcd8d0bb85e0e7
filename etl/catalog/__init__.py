"""Source files: loading them, finding one by its id, writing the day on which a site was last checked."""
