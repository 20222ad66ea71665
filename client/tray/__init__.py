"""utterd.client.tray: an icon in the tray or menu bar, and its menu. Needs the extra `tray`: pystray and Pillow."""
