"""An interpreter of a small part of JavaScript, for the scripts that change the content of their page."""
