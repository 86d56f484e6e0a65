"""Tables to read: which columns there is room for, their headings, and the lines that are printed."""
