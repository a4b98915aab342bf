#include "script.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static Script script;

static const char *path(void) {
    const char *named = getenv("VSS_PKCS11_DOUBLE");
    return named ? named : "";
}

static size_t from_hex(const char *text, CK_BYTE *out, size_t room) {
    size_t length = 0;
    unsigned byte;
    while (length < room && sscanf(text + 2 * length, "%2x", &byte) == 1) out[length++] = (CK_BYTE)byte;
    return length;
}

static void copy(char *to, const char *from) { snprintf(to, MAX_TEXT, "%s", from); }

static Object *new_object(Slot *slot, CK_ULONG class, char *id) {
    if (slot->object_count == MAX_OBJECTS) abort();
    Object *made = &slot->objects[slot->object_count++];
    made->class = class;
    made->id_length = from_hex(id, made->id, sizeof made->id);
    return made;
}

static void read_object(Slot *slot, CK_ULONG class, char *rest) {
    char *id = strtok(rest, " "), *first = strtok(NULL, " ");
    char *second = strtok(NULL, class == CKO_CERTIFICATE ? "" : " "), *third = class == CKO_CERTIFICATE ? NULL : strtok(NULL, "");
    Object *made = new_object(slot, class, id);
    if (class == CKO_CERTIFICATE) { /* certificate ID DER LABEL */
        made->length = from_hex(first, made->value, sizeof made->value);
        copy(made->label, second);
    } else { /* key ID MODULUS EXPONENT always|once */
        made->length = from_hex(first, made->value, MAX_MODULUS);
        from_hex(second, made->exponent, sizeof made->exponent);
        made->asks_each_time = strcmp(third, "always") == 0;
    }
}

static void read_line(char *line) {
    char *rest = strchr(line, ' ');
    if (!rest) return;
    *rest++ = 0;
    if (strcmp(line, "log") == 0) {
        snprintf(script.log, sizeof script.log, "%s", rest);
        return;
    }
    if (strcmp(line, "fail") == 0) { /* fail CALL RESULT */
        if (script.failure_count == MAX_FAILURES) abort();
        char *result = strchr(rest, ' ');
        *result++ = 0;
        copy(script.failures[script.failure_count].call, rest);
        script.failures[script.failure_count++].result = strtoul(result, NULL, 0);
        return;
    }
    if (strcmp(line, "slot") == 0) {
        if (script.slot_count++ == MAX_SLOTS) abort();
        return;
    }
    if (script.slot_count == 0) abort();
    Slot *slot = &script.slots[script.slot_count - 1];
    struct { const char *name; char *text; } texts[] = {
        {"label", slot->label}, {"serial", slot->serial}, {"manufacturer", slot->manufacturer}, {"model", slot->model},
        {"pin", slot->pin}, {"pad", slot->pad}, {"pulled_in", slot->pulled_in},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(line, texts[i].name) == 0) copy(texts[i].text, rest);
    struct { const char *name; CK_ULONG *number; } numbers[] = {
        {"flags", &slot->flags}, {"min_pin", &slot->min_pin}, {"max_pin", &slot->max_pin}, {"tries", &slot->tries},
        {"wrong_pin", &slot->wrong_pin}, {"plugs", &slot->plugs}, {"holds", &slot->holds},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(line, numbers[i].name) == 0) *numbers[i].number = strtoul(rest, NULL, 0);
    if (strcmp(line, "present") == 0) slot->present = *rest == '1';
    if (strcmp(line, "blank") == 0) slot->blank = *rest == '1';
    if (strcmp(line, "mechanism") == 0 && slot->mechanism_count < MAX_MECHANISMS)
        slot->mechanisms[slot->mechanism_count++] = strtoul(rest, NULL, 0);
    if (strcmp(line, "certificate") == 0) read_object(slot, CKO_CERTIFICATE, rest);
    if (strcmp(line, "key") == 0) read_object(slot, CKO_PRIVATE_KEY, rest);
}

Script *script_read(void) {
    static char line[2 * MAX_CERTIFICATE + 1024];
    FILE *file = fopen(path(), "r");
    if (!file) return &script;
    memset(&script, 0, sizeof script);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        read_line(line);
    }
    fclose(file);
    return &script;
}

void script_log(const char *call, CK_RV result, const char *pin_from) {
    char line[256];
    int length = snprintf(line, sizeof line, "{\"call\": \"%s\", \"result\": %lu, \"process\": %d", call, result, (int)getpid());
    if (pin_from) length += snprintf(line + length, sizeof line - (size_t)length, ", \"pin\": \"%s\"", pin_from);
    length += snprintf(line + length, sizeof line - (size_t)length, "}\n");
    int file = open(script.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) return;
    if (write(file, line, (size_t)length) != length) abort();
    close(file);
}

static void kept_path(size_t slot, char *out, size_t room) { snprintf(out, room, "%s.wrong-%zu", path(), slot); }

CK_ULONG script_wrong_pins(size_t slot) {
    char name[4200];
    CK_ULONG count = 0;
    kept_path(slot, name, sizeof name);
    FILE *file = fopen(name, "r");
    if (!file) return 0;
    if (fscanf(file, "%lu", &count) != 1) count = 0;
    fclose(file);
    return count;
}

void script_keep_wrong_pins(size_t slot, CK_ULONG count) {
    char name[4200];
    kept_path(slot, name, sizeof name);
    FILE *file = fopen(name, "w");
    if (!file) abort();
    fprintf(file, "%lu\n", count);
    fclose(file);
}
