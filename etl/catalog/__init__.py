"""Source files: loading them, finding one by its id, and stamping the day on which a site was last checked."""
