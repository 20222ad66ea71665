/* What of Carbon and Objective-C carbon.py calls, as C functions of the types in Apple's headers: so that the declarations
 * in macos_frameworks.py meet a real calling convention. The application "runs" by having hotkey 1 and 0 pressed. */
#include <stdint.h>
#include <string.h>

typedef struct { uint32_t signature, id; } EventHotKeyID;
typedef struct { uint32_t event_class, kind; } EventTypeSpec;
typedef int32_t (*EventHandler)(void *call, void *event, void *data);

static char application, target, layout;
static EventHandler handler;
static EventHotKeyID keys[8], pressed;
uint32_t registered[8][2];
int count, policy = -1, wrong;

void *objc_getClass(const char *name) { return (void *)name; }
void *sel_registerName(const char *name) { return (void *)strdup(name); }

void *objc_msgSend(void *self, const char *message, long argument)
{
    if (!strcmp(message, "sharedApplication")) return &application;
    if (self != &application) wrong++;
    if (!strcmp(message, "setActivationPolicy:")) { policy = (int)argument; return (void *)1; }
    if (strcmp(message, "run")) { wrong++; return 0; }
    for (int index = count - 1; index >= 0; index--) {
        pressed = keys[index];
        if (handler(0, &pressed, 0)) wrong++;
    }
    return 0;
}

void *GetEventDispatcherTarget(void) { return &target; }

int32_t InstallEventHandler(void *to, EventHandler given, unsigned long types, EventTypeSpec *kinds, void *data, void **result)
{
    if (to != &target || types != 1 || kinds->event_class != 0x6b657962 || kinds->kind != 5 || data || result) wrong++;
    handler = given;
    return 0;
}

int32_t RegisterEventHotKey(uint32_t code, uint32_t modifiers, EventHotKeyID id, void *to, uint32_t options, void **result)
{
    if (to != &target || options || id.id != (uint32_t)count) wrong++;
    registered[count][0] = code;
    registered[count][1] = modifiers;
    keys[count++] = id;
    *result = (void *)0x7ff812345678;
    return 0;
}

int32_t GetEventParameter(void *event, uint32_t name, uint32_t type, uint32_t *actual, unsigned long size, unsigned long *got, void *out)
{
    if (event != &pressed || name != 0x2d2d2d2d || type != 0x686b6964 || actual || got || size != sizeof pressed) return -1;
    memcpy(out, event, size);
    return 0;
}

void *TISCopyCurrentASCIICapableKeyboardLayoutInputSource(void) { return &layout; }
void *TISGetInputSourceProperty(void *source, void *name) { if (source != &layout || name) wrong++; return 0; }
void CFRelease(void *object) { if (object != &layout) wrong++; }
void *kTISPropertyUnicodeKeyLayoutData = 0;
