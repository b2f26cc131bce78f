-- A node stops: its sessions end now.
gone(node, now)
