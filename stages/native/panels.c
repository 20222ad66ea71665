/* Rows times a large matrix in panels, each of which is fetched while the one before is multiplied. */
/* A text of 20 tokens is 22 rows, and the weights that it is multiplied by are 250 MB: fetching these takes as long as
 * multiplying them. Kernels that do one after the other, as ONNX Runtime's (1.32), get to 130 to 190 GFLOP/s where the
 * processor can do 265; this one to 230 to 240 (one core of a Zen 5, weights in memory, 22 to 33 rows).
 */
#include "panels.h"

#include "processors.h"

#include <string.h>

/* PART: values of a column that are added up by themselves; as many as ONNX Runtime takes, whose sums these are to the
 * last bit where processors multiply and add at once. LINE: of the cache, in bytes. */
enum { PART = 256, LINE = 64, MOST_ROWS = 12 };

/* A register; wider vectors than the processor has would be taken apart, in memory. */
typedef float Vector64 __attribute__((vector_size(64), aligned(4), may_alias));
typedef float Vector32 __attribute__((vector_size(32), aligned(4), may_alias));
typedef float Vector16 __attribute__((vector_size(16), aligned(4), may_alias));

/* Lines to fetch meanwhile: one with every step, `step` bytes from the last. */
typedef struct {
    const char *line;
    size_t step;
} Fetch;

/* sums += a (rows, depth) times b (depth, PANEL), in as many columns as two registers hold. */
#define DEFINE_TILE(tile, Vector)                                                                              \
    INLINE void tile(                                                                                          \
        const float *a, size_t stride, const float *b, size_t depth, float *sums, Fetch fetch, const int rows) \
    {                                                                                                          \
        enum { LANES = sizeof(Vector) / sizeof(float) };                                                       \
        Vector tile_[MOST_ROWS][2];                                                                            \
        for (int r = 0; r < rows; r++) tile_[r][0] = tile_[r][1] = (Vector){0};                                \
        for (size_t i = 0; i < depth; i++, b += PANEL, fetch.line += fetch.step) {                             \
            const Vector first = *(const Vector *)b, second = *(const Vector *)(b + LANES);                    \
            __builtin_prefetch(fetch.line, 0, 2);                                                              \
            for (int r = 0; r < rows; r++) {                                                                   \
                const float x = a[(size_t)r * stride + i];                                                     \
                tile_[r][0] += x * first;                                                                      \
                tile_[r][1] += x * second;                                                                     \
            }                                                                                                  \
        }                                                                                                      \
        for (int r = 0; r < rows; r++) {                                                                       \
            *(Vector *)(sums + r * PANEL) += tile_[r][0];                                                      \
            *(Vector *)(sums + r * PANEL + LANES) += tile_[r][1];                                              \
        }                                                                                                      \
    }

DEFINE_TILE(tile_64, Vector64)
DEFINE_TILE(tile_32, Vector32)
DEFINE_TILE(tile_16, Vector16)

/* The compiler keeps a tile in registers only if it knows the number of its rows. */
#define ROWS(tile, count) case count: tile(a, stride, b, depth, sums, fetch, count); break;
#define SIX_ROWS(tile) ROWS(tile, 1) ROWS(tile, 2) ROWS(tile, 3) ROWS(tile, 4) ROWS(tile, 5) ROWS(tile, 6)
#define TWELVE_ROWS(tile) \
    SIX_ROWS(tile) ROWS(tile, 7) ROWS(tile, 8) ROWS(tile, 9) ROWS(tile, 10) ROWS(tile, 11) ROWS(tile, 12)

#define DEFINE_ADD(add, tile, CASES)                                                                           \
    EACH_PROCESSOR static void add(                                                                            \
        const float *a, size_t stride, const float *b, size_t depth, float *sums, Fetch fetch, size_t rows)    \
    {                                                                                                          \
        switch (rows) { CASES(tile) }                                                                          \
    }

DEFINE_ADD(add_64, tile_64, TWELVE_ROWS)
DEFINE_ADD(add_32, tile_32, SIX_ROWS)
#if defined(__aarch64__)
DEFINE_ADD(add_16, tile_16, TWELVE_ROWS)
enum { ROWS_16 = 12 };
#else
DEFINE_ADD(add_16, tile_16, SIX_ROWS)
enum { ROWS_16 = 6 };
#endif

/* Tiles of so many rows and columns: two registers a row, two for the panel and one for `a` are what there is. */
typedef struct {
    void (*add)(const float *a, size_t stride, const float *b, size_t depth, float *sums, Fetch fetch, size_t rows);
    size_t rows, columns;
} Kernel;

static Kernel kernel_of_processor(void)
{
    if (HAS_AVX512) return (Kernel){add_64, 12, 32};
    if (HAS_AVX2) return (Kernel){add_32, 6, 16};
    return (Kernel){add_16, ROWS_16, 8};
}

/* The lines of `next`, which is as large as the part at hand, for one of `passes` over that; the part itself, which is
 * there, when nothing is left. */
static Fetch fetch_of(const float *part, const float *next, size_t depth, size_t pass, size_t passes)
{
    if (next == NULL || pass > 1) return (Fetch){(const char *)part, 0};
    if (passes == 1) return (Fetch){(const char *)next, 2 * LINE}; /* processors fetch lines in pairs */
    return (Fetch){(const char *)next + pass * depth * LINE, LINE};
}

static void multiply_part(
    const float *a, size_t stride, size_t rows, const float *part, const float *next, size_t depth, float *sums)
{
    const Kernel kernel = kernel_of_processor();
    const size_t blocks = (rows + kernel.rows - 1) / kernel.rows, passes = blocks * (PANEL / kernel.columns);
    size_t pass = 0;
    for (size_t block = 0; block < blocks; block++) {
        const size_t first = rows * block / blocks, count = rows * (block + 1) / blocks - first;
        for (size_t column = 0; column < PANEL; column += kernel.columns, pass++) {
            const Fetch fetch = fetch_of(part, next, depth, pass, passes);
            kernel.add(a + first * stride, stride, part + column, depth, sums + first * PANEL + column, fetch, count);
        }
    }
}

void multiply_panel(const float *a, size_t stride, size_t rows, const Panels *panels, size_t index, float *sums)
{
    const float *panel = panels->values + index * panels->depth * PANEL;
    const int is_last = index + 1 == panels->count;
    memset(sums, 0, rows * PANEL * sizeof *sums);
    const size_t parts = (panels->depth + PART - 1) / PART;
    for (size_t i = 0; i < parts; i++) {
        const size_t first = i * PART, end = i + 1 == parts ? panels->depth : first + PART;
        const float *next = is_last && i + 1 == parts ? NULL : panel + end * PANEL;
        multiply_part(a + first, stride, rows, panel + first * PANEL, next, end - first, sums);
    }
}
