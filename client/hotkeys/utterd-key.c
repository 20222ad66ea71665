/* utterd-key: what a key does, in one small process that needs nothing but the C library.
 *
 *     utterd-key speak [TEXT...]    speak the words, or standard input; stop, if keys have something spoken already
 *     utterd-key append [TEXT...]   behind what is being spoken
 *     utterd-key stop | pause | back | faster | slower
 *
 * It speaks the protocol of client/PROTOCOL.md: frames of msgpack over the daemon's Unix socket, one reply a request.
 * Exit codes are those of `utterd`: 0, 2 nothing to speak or bad usage, 3 no daemon, 4 refused, 5 failed.
 *
 *     cc -O2 -o utterd-key utterd-key.c
 */
#define _GNU_SOURCE
#define _DARWIN_C_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef UTTERD_COMMAND
#define UTTERD_COMMAND "utterd" /* starts a daemon where none runs; `utterd hotkeys install` fills in its path */
#endif

enum { OK, USAGE = 2, NO_DAEMON, REFUSED, FAILED };
enum { TIMEOUT_S = 30, MOST_BYTES = 16 * 1024 * 1024 };

typedef struct { unsigned char *data; size_t size, room; } Buffer;
typedef struct { const unsigned char *at, *end; } View; /* of a msgpack value and what follows it */

static void end_with(int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("utterd-key: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    exit(code);
}

static void put(Buffer *buffer, const void *data, size_t size)
{
    if (buffer->size + size > buffer->room) {
        buffer->room = 2 * (buffer->size + size) + 4096;
        if (!(buffer->data = realloc(buffer->data, buffer->room))) end_with(FAILED, "there is no memory left");
    }
    if (size) memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
}

static void put_big_endian(Buffer *buffer, unsigned char tag, uint64_t value, int bytes)
{
    put(buffer, &tag, 1);
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
        unsigned char byte = (unsigned char)(value >> shift);
        put(buffer, &byte, 1);
    }
}

static void put_text(Buffer *buffer, const void *text, size_t size)
{
    put_big_endian(buffer, 0xdb, size, 4);
    put(buffer, text, size);
}

static void put_word(Buffer *buffer, const char *word) { put_text(buffer, word, strlen(word)); }

static void put_speed(Buffer *buffer, double speed)
{
    uint64_t bits;
    memcpy(&bits, &speed, sizeof bits);
    put_big_endian(buffer, 0xcb, bits, 8);
}

/* Sockets */

static const char *find_socket(void)
{
    static char path[4096];
    const char *given = getenv("UTTERD_SOCKET"), *home = getenv("UTTERD_HOME"), *user = getenv("HOME");
    const char *suffix = "", *base = given;
    if (!user) user = "";
    if (!given || !*given) base = home, suffix = "/run/utterd.sock";
    if (base && *base) {
        int tilde = base[0] == '~' && (base[1] == '/' || !base[1]);
        snprintf(path, sizeof path, "%s%s%s", tilde ? user : "", base + tilde, suffix);
        return path;
    }
#ifdef __APPLE__
    snprintf(path, sizeof path, "%s/Library/Caches/utterd/run/utterd.sock", user);
#else
    const char *runtime = getenv("XDG_RUNTIME_DIR"), *temporary = getenv("TMPDIR");
    if (runtime && *runtime == '/') snprintf(path, sizeof path, "%s/utterd/utterd.sock", runtime);
    else snprintf(path, sizeof path, "%s/utterd-%u/utterd.sock", temporary && *temporary ? temporary : "/tmp", getuid());
#endif
    return path;
}

static uid_t peer_of(int connection)
{
#ifdef __APPLE__
    uid_t uid;
    gid_t gid;
    return getpeereid(connection, &uid, &gid) ? (uid_t)-1 : uid;
#else
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) ? (uid_t)-1 : peer.uid;
#endif
}

/* -1: nobody listens there. */
static int connect_to(const char *path)
{
    struct stat status;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval limit = {.tv_sec = TIMEOUT_S};
    if (strlen(path) >= sizeof address.sun_path) end_with(USAGE, "the socket path %s is too long", path);
    strcpy(address.sun_path, path);
    if (stat(path, &status)) return -1;
    if (!S_ISSOCK(status.st_mode)) end_with(NO_DAEMON, "%s is not a socket", path);
    if (status.st_uid != getuid()) end_with(NO_DAEMON, "the socket %s belongs to another user", path);
    int connection = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connection < 0 || connect(connection, (struct sockaddr *)&address, sizeof address)) return -1;
    uid_t peer = peer_of(connection);
    if (peer != getuid() && peer != 0) end_with(NO_DAEMON, "the daemon at %s belongs to another user", path);
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    return connection;
}

static void send_all(int connection, const unsigned char *data, size_t size)
{
    while (size) {
        ssize_t sent = write(connection, data, size);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) end_with(FAILED, "the daemon closed the connection");
        data += sent, size -= (size_t)sent;
    }
}

static void receive_all(int connection, unsigned char *data, size_t size)
{
    while (size) {
        ssize_t received = read(connection, data, size);
        if (received < 0 && errno == EINTR) continue;
        if (received <= 0) end_with(FAILED, "the daemon does not answer");
        data += received, size -= (size_t)received;
    }
}

/* Replies */

static uint64_t big_endian(View *view, int bytes)
{
    uint64_t value = 0;
    if (view->end - view->at < bytes) end_with(FAILED, "the daemon's answer is cut off");
    while (bytes--) value = value << 8 | *view->at++;
    return value;
}

/* Read the head of a value: its kind (a array, m map, s str or bin, f float, i int, n nil or bool), and its length or
 * its bits; the view moves behind the head. */
static char head(View *view, uint64_t *value)
{
    unsigned char tag = (unsigned char)big_endian(view, 1);
    *value = 0;
    if (tag < 0x80 || tag >= 0xe0) return *value = (uint64_t)(int64_t)(signed char)tag, 'i';
    if (tag < 0x90) return *value = tag & 15, 'm';
    if (tag < 0xa0) return *value = tag & 15, 'a';
    if (tag < 0xc0) return *value = tag & 31, 's';
    if (tag <= 0xc3) return 'n';
    if (tag <= 0xc6) return *value = big_endian(view, 1 << (tag - 0xc4)), 's';
    if (tag == 0xca || tag == 0xcb) return *value = big_endian(view, tag == 0xca ? 4 : 8), tag == 0xcb ? 'f' : 'n';
    if (tag >= 0xcc && tag <= 0xd3) return *value = big_endian(view, 1 << ((tag - 0xcc) & 3)), 'i';
    if (tag >= 0xd9 && tag <= 0xdb) return *value = big_endian(view, 1 << (tag - 0xd9)), 's';
    if (tag == 0xdc || tag == 0xdd) return *value = big_endian(view, tag == 0xdc ? 2 : 4), 'a';
    if (tag == 0xde || tag == 0xdf) return *value = big_endian(view, tag == 0xde ? 2 : 4), 'm';
    end_with(FAILED, "the daemon's answer is not what the protocol describes");
    return 'n';
}

/* So many bytes of a string, behind its head. */
static View take(View *view, uint64_t size)
{
    if (size > (uint64_t)(view->end - view->at)) end_with(FAILED, "the daemon's answer is cut off");
    View string = {view->at, view->at + size};
    view->at += size;
    return string;
}

static void skip(View *view)
{
    uint64_t left = 1, value;
    while (left--) {
        char kind = head(view, &value);
        if (kind == 's') take(view, value);
        if (kind == 'a') left += value;
        if (kind == 'm') left += 2 * value;
    }
}

static int is(View string, const char *word)
{
    size_t size = (size_t)(string.end - string.at);
    return size == strlen(word) && !memcmp(string.at, word, size);
}

/* The value of a key in a map; at == end if there is none. */
static View find(View map, const char *key)
{
    uint64_t count, size;
    if (map.at == map.end || head(&map, &count) != 'm') return (View){map.end, map.end};
    while (count--) {
        char kind = head(&map, &size);
        if (kind == 's' && is(take(&map, size), key)) return map;
        skip(&map);
    }
    return (View){map.end, map.end};
}

/* Requests */

static Buffer begin(const char *type)
{
    Buffer frame = {0};
    put(&frame, "\0\0\0\0\x94\x92\1\1", 8); /* the length comes last; [[1, 1], */
    put_word(&frame, type);
    put(&frame, "\1", 1); /* request id: replies come in order, so one will do */
    return frame;
}

/* Send it, and return the fields of its reply, which may not be a Refused. */
static View ask(int connection, Buffer frame)
{
    uint64_t count;
    unsigned char length[4];
    if (frame.size - 4 > MOST_BYTES) end_with(USAGE, "the text is too long");
    for (int n = 0; n < 4; n++) frame.data[n] = (unsigned char)((frame.size - 4) >> (24 - 8 * n));
    send_all(connection, frame.data, frame.size);
    receive_all(connection, length, 4);
    View view = {length, length + 4};
    size_t size = (size_t)big_endian(&view, 4);
    if (size == 0 || size > MOST_BYTES) end_with(FAILED, "the daemon's answer is not what the protocol describes");
    unsigned char *body = malloc(size);
    if (!body) end_with(FAILED, "there is no memory left");
    receive_all(connection, body, size);
    view = (View){body, body + size};
    head(&view, &count);
    skip(&view);
    head(&view, &count);
    View type = take(&view, count);
    skip(&view);
    if (is(type, "Refused")) {
        View message = find(view, "message");
        View words = message.at != message.end && head(&message, &count) == 's' ? take(&message, count) : message;
        end_with(REFUSED, "%.*s", (int)(words.end - words.at), (const char *)words.at);
    }
    return view;
}

/* Send a request without fields, or with those of `fields` (a msgpack map); was it done to any utterance? */
static int did(int connection, const char *type, const char *fields, size_t size)
{
    uint64_t count = 0;
    Buffer frame = begin(type);
    put(&frame, fields, size);
    View utterances = find(ask(connection, frame), "utterances");
    return utterances.at != utterances.end && head(&utterances, &count) == 'a' && count > 0;
}

#define DID(connection, type, fields) did(connection, type, fields, sizeof fields - 1)

static void speak(int connection, Buffer text, const char *placement)
{
    Buffer frame = begin("Speak");
    put(&frame, "\x83\xa4text", 6);
    put_text(&frame, text.data, text.size);
    put(&frame, "\xa6" "client\xa7hotkeys", 15);
    put(&frame, "\xa9placement", 10);
    put_word(&frame, placement);
    ask(connection, frame);
}

static Buffer read_text(int count, char **words)
{
    Buffer text = {0};
    char piece[65536];
    size_t size;
    for (int n = 0; n < count; n++) {
        if (n) put(&text, " ", 1);
        put(&text, words[n], strlen(words[n]));
    }
    while (!count && text.size <= MOST_BYTES && (size = fread(piece, 1, sizeof piece, stdin))) put(&text, piece, size);
    return text;
}

static void change_speed(int connection, double step)
{
    uint64_t bits;
    double speed = 1;
    Buffer request = begin("GetStatus"), frame = begin("Adjust");
    put(&request, "\x80", 1);
    View told = find(find(ask(connection, request), "status"), "speed");
    char kind = told.at == told.end ? 'n' : head(&told, &bits);
    if (kind == 'f') memcpy(&speed, &bits, sizeof speed);
    if (kind == 'i') speed = (double)bits;
    speed = (double)(int)((speed + step) * 100 + 0.5) / 100;
    put(&frame, "\x81\xa5speed", 7);
    put_speed(&frame, speed < 0.5 ? 0.5 : speed > 3 ? 3 : speed);
    ask(connection, frame);
}

/* No daemon: the whole command starts one, and speaks the words given, or standard input. */
static void hand_over(int is_append, int count, char **words)
{
    const char **command = calloc((size_t)count + 9, sizeof *command);
    int size = 0;
    if (!command) end_with(FAILED, "there is no memory left");
    command[size++] = UTTERD_COMMAND;
    command[size++] = "speak";
    command[size++] = "--no-wait";
    command[size++] = "--client";
    command[size++] = "hotkeys";
    if (!is_append) command[size++] = "--now";
    command[size++] = count ? "--" : "-";
    for (int n = 0; n < count; n++) command[size++] = words[n];
    if (freopen("/dev/null", "w", stdout)) execvp(command[0], (char *const *)(uintptr_t)command);
    end_with(NO_DAEMON, "no daemon is listening, and %s cannot be run to start one", command[0]);
}

static int is_blank(Buffer text)
{
    for (size_t n = 0; n < text.size; n++)
        if (!strchr(" \t\r\n", text.data[n])) return 0;
    return 1;
}

static int speak_words(int connection, int is_append, int count, char **words)
{
    if (!is_append && DID(connection, "Stop", "\x82\xa4mine\xc3\xa6" "client\xa7hotkeys")) return OK;
    Buffer text = read_text(count, words), sentence = {0};
    if (!is_blank(text)) return speak(connection, text, is_append ? "append" : "now"), OK;
    put(&sentence, "Nothing is selected.", 20);
    speak(connection, sentence, "now");
    end_with(USAGE, "nothing is selected");
    return USAGE;
}

int main(int argc, char **argv)
{
    enum { SPEAK, APPEND, STOP, PAUSE, BACK, FASTER, SLOWER, COUNT };
    static const char *const names[COUNT] = {"speak", "append", "stop", "pause", "back", "faster", "slower"};
    int action = 0;
    while (argc > 1 && action < COUNT && strcmp(argv[1], names[action])) action++;
    if (argc < 2 || action == COUNT || (action > APPEND && argc > 2))
        end_with(USAGE, "say speak [TEXT], append [TEXT], stop, pause, back, faster or slower");
    const char *path = find_socket();
    int connection = connect_to(path);
    if (connection < 0 && action <= APPEND) hand_over(action == APPEND, argc - 2, argv + 2);
    if (connection < 0) end_with(NO_DAEMON, "no daemon is listening at %s", path);
    switch (action) {
    case STOP:
        while (DID(connection, "Stop", "\x80")) continue; /* the one behind it would go on */
        return OK;
    case PAUSE:
        if (!DID(connection, "Pause", "\x80")) DID(connection, "Resume", "\x80");
        return OK;
    case BACK:
        DID(connection, "Seek", "\x80"); /* by -1 sentence, if it says nothing else */
        return OK;
    case FASTER:
    case SLOWER:
        change_speed(connection, action == FASTER ? 0.1 : -0.1);
        return OK;
    }
    return speak_words(connection, action == APPEND, argc - 2, argv + 2);
}
