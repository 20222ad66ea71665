#!/bin/sh
# Installs what the tests of sound and of training need, by package name. Without root, or without apt, it
# says what it would have installed.
#
#   libportaudio2        PortAudio, which the loudspeaker goes through
#   libpulse0            what it goes through on PulseAudio and PipeWire
#   pulseaudio           a sound server of the test's own, with a sink that makes no sound
#   pulseaudio-utils     pactl and parec: to command it and to record it
#   libasound2-plugins   ALSA's way to PulseAudio, which PortAudio takes
#   flite                a voice that the recogniser understands: it checks the recogniser itself
#   flite1-dev           headers and libraries of the same: the teacher of the starter voice (training/)
#   xvfb                 a screen without a screen: real X11 grabs, keys and selections
#   x11-xkb-utils        setxkbmap: another keyboard layout in the middle
#   xdotool              real key events and clicks
#   xterm                a program in which text is selected
#   xclip                another owner of a selection, and the fallback that reads one
#   sway                 a Wayland desktop without a screen; wtype presses its keys
#   wl-clipboard         its selection: wl-copy owns one, wl-paste reads it
#   foot                 a terminal of Wayland's, in which text is marked
#   xdg-desktop-portal   the real portal of shortcuts, before a desktop that is played
#   gnome-settings-daemon-common  the schemas of GNOME's shortcuts, and libglib2.0-bin gsettings, which changes them
#   desktop-file-utils   the validator of .desktop files
#   lua5.4               reads the snippets that are Lua
#   rtkit                the service that gives users real time; polkitd and dbus, which it needs, come with it
#   systemd              its tools, and its manager of user sessions, run in namespaces of the test's own
#   libplist-utils       plistutil: another reader of property lists
#   dunst                shows notifications, which libnotify-bin sends
#   fish, zsh, man-db    shells that complete, and a reader of manual pages
#   speech-dispatcher    what screen readers speak through, with its audio plugins, and espeak-ng to compare with
set -eu

# With arguments, only the packages named: `make speak` asks for libportaudio2.
if [ $# -eq 0 ]; then
    set -- libportaudio2 libpulse0 pulseaudio pulseaudio-utils libasound2-plugins flite flite1-dev \
        xvfb x11-xkb-utils xdotool xterm xclip \
        sway wtype wl-clipboard foot xdg-desktop-portal gnome-settings-daemon-common libglib2.0-bin \
        desktop-file-utils lua5.4 dunst libnotify-bin \
        rtkit systemd libplist-utils \
        speech-dispatcher speech-dispatcher-audio-plugins speech-dispatcher-espeak-ng \
        fish zsh man-db
fi
packages="$*"

if command -v dpkg >/dev/null && dpkg -s $packages >/dev/null 2>&1; then
    exit 0
fi

if ! command -v apt-get >/dev/null; then
    echo "install.sh: skipped: this system has no apt-get; install these or their like yourself: $packages" >&2
    exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "install.sh: skipped: only root may install packages; run: sudo apt-get install $packages" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
known=""
for package in $packages; do
    if apt-cache show "$package" >/dev/null 2>&1; then
        known="$known $package"
    else # on another system it may have another name: the tests that need it say that they are skipped
        echo "install.sh: skipped: this system has no package $package" >&2
    fi
done
# --no-install-recommends: or a desktop's worth of packages comes along
apt-get install -y -qq --no-install-recommends $known
