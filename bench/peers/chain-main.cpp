// A stereo s16 WAV from stdin through the chain that Faust made, to stdout; blocks of 4096 frames, no dither.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

// What the generated class asks of Faust's architectures, with nothing behind it.
struct Meta {
  void declare(const char*, const char*) {}
};
struct UI {
  void openVerticalBox(const char*) {}
  void closeBox() {}
};
struct dsp {};
#define FAUSTFLOAT float
#include "chain.hpp"

constexpr int FRAMES = 4096;

int main() {
#if defined(__SSE__)
  // Flush to zero and denormals are zero, as Faust's own architectures set them.
  _mm_setcsr(_mm_getcsr() | 0x8040);
#endif
  unsigned char header[44];
  if (fread(header, 1, 44, stdin) != 44 || memcmp(header + 36, "data", 4) != 0) {
    fprintf(stderr, "expected a WAV whose data begins at byte 44\n");
    return 1;
  }
  fwrite(header, 1, 44, stdout);
  uint32_t rate;
  memcpy(&rate, header + 24, 4);
  static Chain chain;
  chain.init(static_cast<int>(rate));
  static int16_t frames[2 * FRAMES];
  static float left[FRAMES], right[FRAMES];
  float* channels[] = {left, right};
  for (;;) {
    const int count = static_cast<int>(fread(frames, 4, FRAMES, stdin));
    if (count == 0) break;
    for (int i = 0; i < count; i++) {
      left[i] = frames[2 * i] * (1.0f / 32768);
      right[i] = frames[2 * i + 1] * (1.0f / 32768);
    }
    chain.compute(count, channels, channels);
    for (int i = 0; i < count; i++) {
      for (int n = 0; n < 2; n++) {
        const float value = channels[n][i] * 32768;
        frames[2 * i + n] = static_cast<int16_t>(lrintf(fminf(32767, fmaxf(-32768, value))));
      }
    }
    fwrite(frames, 4, count, stdout);
  }
  return 0;
}
