/* RNAinverse's search (ViennaRNA's inverse_fold) for every structure of a FASTA file with dot-brackets, to stand beside
   `stemloop design`: one attempt a start, up to ATTEMPTS starts of random letters, as `RNAinverse -R -ATTEMPTS`.
     gcc -O2 -I VIENNA/src bench/reference/rnainverse.c VIENNA/src/ViennaRNA/libRNA.a -lm -lpthread -lstdc++ -fopenmp -o rnainverse
     rnainverse structures.fa ATTEMPTS SEED > made.fa      (summary on stderr; processor time) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ViennaRNA/fold.h"
#include "ViennaRNA/inverse.h"
#include "ViennaRNA/part_func.h"
#include "ViennaRNA/probabilities/structures.h"
#include "ViennaRNA/utils/basic.h"

static int by_value(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

int main(int argc, char **argv) {
  static char line[4096], id[4096], start[4096], structure[4096];
  static double ms[100000], p[100000];
  if (argc < 4) return 2;
  FILE *in = fopen(argv[1], "r");
  const int attempts = atoi(argv[2]);
  srand((unsigned)atoi(argv[3]));
  vrna_init_rand();
  xsubi[0] = xsubi[1] = xsubi[2] = (unsigned short)atoi(argv[3]);
  int all = 0, solved = 0;
  while (in && fgets(line, sizeof line, in)) {
    line[strcspn(line, "\r\n")] = 0;
    if (line[0] == '>') strcpy(id, line + 1);
    if (line[0] != '.' && line[0] != '(') continue;
    line[strcspn(line, " ")] = 0;
    const clock_t began = clock();
    int found = 0;
    for (int k = 0; k < attempts && !found; ++k) {
      for (size_t i = 0; i < strlen(line); ++i) start[i] = "ACGU"[rand() % 4];
      start[strlen(line)] = 0;
      give_up = 1;
      found = inverse_fold(start, line) == 0.0f;
    }
    ms[all++] = 1000.0 * (double)(clock() - began) / CLOCKS_PER_SEC;
    if (found) {
      strcpy(structure, line);
      vrna_fold_compound_t *fc = vrna_fold_compound(start, NULL, VRNA_OPTION_DEFAULT);
      const float mfe = vrna_mfe(fc, structure);
      double kcal = mfe;
      vrna_exp_params_rescale(fc, &kcal);
      vrna_pf(fc, NULL);
      p[solved++] = vrna_pr_structure(fc, line);
      vrna_fold_compound_free(fc);
      printf(">%s p=%.4f mfe=%.2f\n%s\n%s\n", id, p[solved - 1], mfe, start, line);
    }
  }
  qsort(ms, (size_t)all, sizeof *ms, by_value);
  qsort(p, (size_t)solved, sizeof *p, by_value);
  fprintf(stderr, "%d structures, %d as asked; ms: median %.2f, 95 %% %.2f; p median %.3f\n", all, solved, ms[all / 2],
          ms[(int)(0.95 * all)], solved ? p[solved / 2] : 0.0);
  return 0;
}
