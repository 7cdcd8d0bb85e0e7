"""What a page's own scripts show: an interpreter of a small part of JavaScript, and its values."""
