#!/bin/sh
# Installs what the tests of sound and of training need, by package name. Without root, or without apt, it
# says what it would have installed.
#
#   libportaudio2        PortAudio, which the loudspeaker goes through
#   pulseaudio           a sound server of the test's own, with a sink that makes no sound
#   pulseaudio-utils     pactl and parec: to command it and to record it
#   libasound2-plugins   ALSA's way to PulseAudio, which PortAudio takes
#   flite                a voice that the recogniser understands: it checks the recogniser itself
#   flite1-dev           headers and libraries of the same: the teacher of the starter voice (training/)
set -eu

# With arguments, only the packages named: `make speak` asks for libportaudio2.
packages="${*:-libportaudio2 pulseaudio pulseaudio-utils libasound2-plugins flite flite1-dev}"

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
# --no-install-recommends: or a desktop's worth of packages comes along
apt-get install -y -qq --no-install-recommends $packages
