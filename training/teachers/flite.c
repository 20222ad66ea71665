/* Has flite say given phones, and hands back what its CLUSTERGEN vocoder was told, and its sound.
 *
 * The phones go where flite looks before it asks its lexicon: into the feature "phones" of each Token. So phrasing,
 * accents, durations and F0 are flite's, and the phones are ours. Used through ctypes (flite_library.py), from one thread. */
#include <flite/cst_cg.h>
#include <flite/flite.h>

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

enum { SAID = 0, NO_MEMORY = 1, FLITE_FAILED = 2 };
enum { STRENGTHS = 5 };

/* One word to be said. The last character of a vowel in `phones` is its stress, 0 or 1. */
struct spoken_word {
    const char *name;
    const char *phones;
    const char *mark; /* the punctuation behind it, or "" */
};

/* What flite made of it. The names live as long as `utterance`. */
struct reading {
    cst_utterance *utterance;
    int segments;
    const char **names;     /* of each segment */
    int *durations_frames;  /* of each segment; their sum is `frames` */
    int frames;
    int channels;           /* F0 in Hz (0 where unvoiced), then the mel-cepstrum, after smoothing by MLPG */
    float *parameters;      /* frames x channels */
    float *strengths;       /* frames x 5 */
    int samples;            /* 0 unless the wave was wanted */
    const short *wave;      /* lives as long as `utterance` */
};

cst_voice *register_cmu_us_awb(const char *folder);
cst_voice *register_cmu_us_rms(const char *folder);
cst_voice *register_cmu_us_slt(const char *folder);

/* NULL if there is no such voice. Voices are flite's own and last as long as the process. */
cst_voice *reading_voice(const char *name) {
    flite_init();
    if (!strcmp(name, "awb")) return register_cmu_us_awb(NULL);
    if (!strcmp(name, "rms")) return register_cmu_us_rms(NULL);
    if (!strcmp(name, "slt")) return register_cmu_us_slt(NULL);
    return NULL;
}

/* One word for each token: flite's own function would read "42" or "St." as several, and repeat the phones for each. */
static cst_val *one_word(cst_item *token) {
    return cons_val(string_val(item_feat_string(token, "name")), NULL);
}

static int stop_at_once(const cst_wave *wave, int start, int size, int last, cst_audio_streaming_info *info) {
    (void)wave, (void)start, (void)size, (void)last, (void)info;
    return CST_AUDIO_STREAM_STOP;
}

/* A listener that wants no more after the first frame: the vocoder, most of flite's work, then stops. */
static void leave_wave_out(cst_utterance *utterance) {
    cst_audio_streaming_info *info = new_audio_streaming_info();
    info->min_buffsize = -1;
    info->asc = stop_at_once;
    utt_set_feat(utterance, "streaming_info", audio_streaming_info_val(info));
}

static void add_word(cst_relation *tokens, const struct spoken_word *word) {
    cst_item *token = relation_append(tokens, NULL);
    item_set_string(token, "name", word->name);
    item_set_string(token, "phones", word->phones);
    item_set_string(token, "punc", word->mark);
    item_set_string(token, "prepunctuation", "");
    item_set_string(token, "whitespace", " ");
    item_set_int(token, "file_pos", 0);
    item_set_int(token, "line_number", 0);
}

static int count_frames(const cst_item *segment) {
    int frames = 0;
    for (const cst_item *state = item_daughter(item_as(segment, "segstate")); state; state = item_next(state))
        for (const cst_item *frame = item_daughter(item_as(state, "mcep_link")); frame; frame = item_next(frame))
            frames++;
    return frames;
}

static int copy_segments(struct reading *reading) {
    const cst_item *first = relation_head(utt_relation(reading->utterance, "Segment"));
    for (const cst_item *segment = first; segment; segment = item_next(segment)) reading->segments++;
    reading->names = calloc(reading->segments + 1, sizeof *reading->names);
    reading->durations_frames = calloc(reading->segments + 1, sizeof *reading->durations_frames);
    if (!reading->names || !reading->durations_frames) return NO_MEMORY;
    int i = 0;
    for (const cst_item *segment = first; segment; segment = item_next(segment), i++) {
        reading->names[i] = item_feat_string(segment, "name");
        reading->durations_frames[i] = count_frames(segment);
    }
    return SAID;
}

/* NULL if there is no memory. */
static float *copy_track(const cst_track *track) {
    float *copy = calloc((size_t)track->num_frames * track->num_channels + 1, sizeof *copy);
    for (int i = 0; copy && i < track->num_frames; i++)
        memcpy(copy + (size_t)i * track->num_channels, track->frames[i], sizeof *copy * track->num_channels);
    return copy;
}

static int copy_tracks(struct reading *reading) {
    const cst_features *features = reading->utterance->features;
    const cst_track *strengths = val_track(feat_val(features, "str_track"));
    cst_track *smoothed = mlpg(val_track(feat_val(features, "param_track")), val_cg_db(feat_val(features, "cg_db")));
    reading->frames = smoothed->num_frames;
    reading->channels = smoothed->num_channels;
    reading->parameters = copy_track(smoothed);
    delete_track(smoothed);
    if (strengths->num_frames != reading->frames || strengths->num_channels != STRENGTHS) return FLITE_FAILED;
    reading->strengths = copy_track(strengths);
    return reading->parameters && reading->strengths ? SAID : NO_MEMORY;
}

static int say(struct reading *reading, cst_voice *voice, const struct spoken_word *words, int count, int wants_wave) {
    cst_utterance *utterance = reading->utterance = utt_init(new_utterance(), voice);
    feat_set(utterance->features, "tokentowords_func", itemfunc_val(one_word));
    if (!wants_wave) leave_wave_out(utterance);
    cst_relation *tokens = utt_relation_create(utterance, "Token");
    for (int i = 0; i < count; i++) add_word(tokens, &words[i]);
    srand(1); /* the vocoder's noise comes from rand() */
    if (!utt_synth_tokens(utterance)) return FLITE_FAILED;
    int status = copy_segments(reading);
    if (status == SAID) status = copy_tracks(reading);
    if (wants_wave) {
        reading->samples = utt_wave(utterance)->num_samples;
        reading->wave = utt_wave(utterance)->samples;
    }
    return status;
}

/* Frees what `reading_say` allocated, and leaves `reading` empty. */
void reading_free(struct reading *reading) {
    if (reading->utterance) delete_utterance(reading->utterance);
    free(reading->names);
    free(reading->durations_frames);
    free(reading->parameters);
    free(reading->strengths);
    memset(reading, 0, sizeof *reading);
}

/* Fills `reading`, which `reading_free` must free if this returns SAID; otherwise it is empty. */
int reading_say(struct reading *reading, cst_voice *voice, const struct spoken_word *words, int count, int wants_wave) {
    jmp_buf failed;
    memset(reading, 0, sizeof *reading);
    cst_errjmp = &failed; /* without it, flite would end the process */
    if (setjmp(failed)) {
        cst_errjmp = NULL;
        reading->utterance = NULL; /* left half made: leaked rather than freed wrongly */
        reading_free(reading);
        return FLITE_FAILED;
    }
    int status = say(reading, voice, words, count, wants_wave);
    cst_errjmp = NULL;
    if (status != SAID) reading_free(reading);
    return status;
}
