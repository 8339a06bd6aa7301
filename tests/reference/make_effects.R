# Reference values for marginal means, contrasts, slopes, Johnson-Neyman bounds and other codings.
#
#   Rscript --vanilla make_effects.R        (in this folder; needs lme4, lmerTest, pbkrtest, emmeans,
#                                            jsonlite; data from data/ and data_extra/)
#
# Writes effects.json: `tables` (one entry per table of emmeans; what was asked is in `make`),
# `bounds` (where a 95 % Satterthwaite interval touches 0, by root finding), `codings` (coefficients
# of the same model under other programs' codings) and `ranges` (R's studentised range).

suppressPackageStartupMessages({
  library(lme4)
  library(emmeans)
  library(jsonlite)
})
emm_options(lmerTest.limit = 1e5, pbkrtest.limit = 1e5)

read <- function(folder, name, factors) {
  data <- read.csv(file.path(folder, paste0(name, ".csv")), check.names = FALSE)
  for (column in factors) {
    data[[column]] <- factor(data[[column]], levels = sort(unique(data[[column]]), method = "radix"))
  }
  data
}

fit <- function(formula, data, REML = TRUE, contrasts = NULL) {
  # emmeans looks the data up by name, so each has its own
  name <- as.name(paste0("DATA_", length(ls(globalenv(), pattern = "^DATA_"))))
  assign(as.character(name), data, globalenv())
  # Tight, so that what is compared is the statistics and not the optimiser.
  call <- bquote(lmerTest::lmer(
    .(formula), data = .(name), REML = .(REML), contrasts = .(contrasts),
    control = lmerControl(optimizer = "bobyqa",
                          optCtrl = list(rhobeg = 0.2, rhoend = 1e-9, maxfun = 1e5))))
  suppressMessages(suppressWarnings(eval(call, globalenv())))
}

rows <- function(table) {
  table <- as.data.frame(table)
  attributes(table) <- attributes(table)[c("names", "row.names", "class")]
  class(table) <- "data.frame"
  table
}
both <- function(contrast, adjust) {
  # p-values and intervals of one adjustment side by side
  tests <- rows(summary(contrast, infer = c(TRUE, TRUE), adjust = adjust))
  tests
}

orth <- fit(distance ~ age * Sex + (1 + age | Subject), read("data", "Orthodont", c("Sex", "Subject")))
oats <- fit(yield ~ Variety * dose + (1 | Block / Variety),
            read("data_extra", "oats", c("Block", "Variety", "dose")))
npk <- fit(yield ~ N * P + K + (1 | block), read("data_extra", "npk", "block"))
schools <- fit(lang ~ IQ * SES + COMB + (1 + IQ | class), read("data_extra", "nlschools", "class"))
chick <- fit(weight ~ Diet * poly(Time, 2) + (1 + Time | Chick),
             read("data_extra", "chickweight", c("Chick", "Diet")))
rabbit <- fit(BPchange ~ log(Dose) * Treatment + (1 | Animal) + (1 | Run),
              read("data_extra", "rabbit", c("Animal", "Run", "Treatment")))
boys <- fit(height ~ age + I(age^2) + (1 + age | Subject), read("data_extra", "oxboys", "Subject"))
empty <- fit(angle ~ recipe * temperature + (1 | rr),
             read("data_extra", "cake_empty_cell", c("recipe", "temperature", "rr")))
aliased <- fit(distance ~ age + months + Sex + (1 | Subject),
               read("data_extra", "orthodont_aliased", c("Subject", "Sex")))
ham <- fit(liking ~ Gender + Information * Product + (1 | Consumer),
           read("data_extra", "ham", c("Consumer", "Product", "Information", "Gender")))

satt <- function(...) emmeans(..., lmer.df = "satterthwaite")
# By default emtrends takes a difference over 1/1000 of the range, forwards: where the curve bends that
# is off by as much, so the step is smaller here.
trend <- function(..., df = "satterthwaite") emtrends(..., lmer.df = df, delta.var = 1e-5)
pupils <- read.csv("data_extra/nlschools.csv")
at_sd <- list(SES = mean(pupils$SES) + c(-1, 0, 1) * sd(pupils$SES))

tables <- list(
  orth_means_at = rows(satt(orth, ~ Sex + age, at = list(age = c(8, 14)))),
  orth_pairs_by_age = both(pairs(satt(orth, ~ Sex | age, at = list(age = c(8, 14)))), "tukey"),
  orth_overall = rows(satt(orth, ~ 1)),
  orth_asymptotic = both(pairs(emmeans(orth, ~ Sex, lmer.df = "asymptotic")), "none"),
  oats_tukey_by = both(pairs(satt(oats, ~ Variety | dose)), "tukey"),
  oats_holm_by = both(pairs(satt(oats, ~ Variety | dose)), "holm"),
  oats_two_factors = both(pairs(satt(oats, ~ Variety * dose)), "tukey"),
  oats_kr_pairs = both(pairs(emmeans(oats, ~ dose, lmer.df = "kenward-roger")), "tukey"),
  oats_custom = both(contrast(satt(oats, ~ dose), list(linear = c(-3, -1, 1, 3),
                                                       bend = c(1, -1, -1, 1))), "tukey"),
  oats_custom_bonferroni = both(contrast(satt(oats, ~ dose), list(
    none_vs_some = c(1, -1 / 3, -1 / 3, -1 / 3), first_two = c(1, -1, 0, 0),
    ends = c(-1, 0, 0, 1))), "bonferroni"),
  # Cells of Variety (fastest) x dose.
  oats_cells_custom = both(contrast(satt(oats, ~ Variety * dose), list(
    two_cells = c(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1),
    difference_of_differences = c(1, -1, 0, 0, 0, 0, 0, 0, 0, -1, 1, 0),
    one_vs_rest = c(1, rep(-1 / 11, 11)))), "holm"),
  oats_cells_kr = both(contrast(emmeans(oats, ~ Variety * dose, lmer.df = "kenward-roger"), list(
    halves = c(rep(1 / 6, 6), rep(-1 / 6, 6)), slope_of_one = c(-3, 0, 0, -1, 0, 0, 1, 0, 0, 3, 0, 0))),
    "bonferroni"),
  # Three factors: Gender (fastest), Information, Product; levels 2, 2, 4.
  ham_cells_custom = both(contrast(satt(ham, ~ Gender * Information * Product), list(
    informed_by_product = c(1, 1, -1, -1, -1, -1, 1, 1, rep(0, 8)) / 2,
    women_informed_first = c(0, 0, 1, -1, rep(0, 12)))), "none"),
  # The last combination has no rows: what leans on it can't be known, the rest can.
  empty_cells_custom = both(contrast(satt(empty, ~ recipe * temperature), list(
    known = c(0, 1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    diagonal = c(0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1))), "none"),
  npk_overall = rows(satt(npk, ~ 1)),
  npk_means = rows(satt(npk, ~ N)),
  npk_cells = rows(satt(npk, ~ N + P)),
  npk_slope = both(trend(npk, ~ P, var = "N"), "none"),
  schools_comb = rows(satt(schools, ~ COMB)),
  schools_slopes = both(trend(schools, ~ SES, var = "IQ", at = at_sd), "none"),
  schools_slopes_kr = both(trend(schools, ~ SES, var = "IQ", at = at_sd, df = "kenward-roger"),
                           "none"),
  schools_slope_pairs = both(pairs(trend(schools, ~ SES, var = "IQ", at = at_sd)), "tukey"),
  chick_slopes = both(trend(chick, ~ Diet, var = "Time"), "none"),
  chick_slopes_at = both(trend(chick, ~ Diet, var = "Time", at = list(Time = 2)), "none"),
  chick_slope_pairs = both(pairs(trend(chick, ~ Diet, var = "Time", at = list(Time = 2))), "tukey"),
  rabbit_means = rows(satt(rabbit, ~ Treatment, at = list(Dose = 50))),
  rabbit_slopes = both(trend(rabbit, ~ Treatment, var = "Dose", at = list(Dose = 50)), "none"),
  boys_mean = rows(satt(boys, ~ age, at = list(age = c(-1, 0.5)))),
  boys_slope = both(trend(boys, ~ 1, var = "age", at = list(age = 0.5)), "none"),
  empty_cells = rows(satt(empty, ~ recipe * temperature)),
  empty_recipe = rows(satt(empty, ~ recipe)),
  empty_pairs = both(pairs(satt(empty, ~ recipe | temperature)), "none"),
  aliased_means = rows(satt(aliased, ~ Sex)),
  aliased_pairs = both(pairs(satt(aliased, ~ Sex, at = list(age = 9))), "none"),
  ham_means = rows(satt(ham, ~ Gender * Product)),
  ham_pairs = both(pairs(satt(ham, ~ Information | Product)), "sidak")
)

# --- where the interval touches 0 -----------------------------------------------------------------

touching <- function(model, direction, range) {
  # `direction(m)`: the linear function of the coefficients at moderator m
  side <- function(which) function(m) {
    test <- lmerTest::contest1D(model, direction(m), confint = TRUE)
    as.numeric(test[[which]])
  }
  found <- c()
  for (which in c("lower", "upper")) {
    f <- side(which)
    grid <- seq(range[1], range[2], length.out = 101)
    values <- vapply(grid, f, 0)
    for (k in which(values[-1] * values[-101] < 0)) {
      found <- c(found, uniroot(f, grid[k + 0:1], tol = 1e-11)$root)
    }
  }
  sort(found)
}
names_of <- names(fixef(schools))
slope_of_iq <- function(m) as.numeric(names_of == "IQ") + m * (names_of == "IQ:SES")
slope_of_ses <- function(m) as.numeric(names_of == "SES") + m * (names_of == "IQ:SES")
orth_names <- names(fixef(orth))
male_minus_female <- function(m) as.numeric(orth_names == "SexMale") + m * (orth_names == "age:SexMale")
bounds <- list(
  iq_along_ses = touching(schools, slope_of_iq, range(pupils$SES)),
  ses_along_iq = touching(schools, slope_of_ses, range(pupils$IQ)),
  sex_along_age = touching(orth, male_minus_female, c(8, 14))
)

# --- other codings --------------------------------------------------------------------------------

coefficients_of <- function(model) {
  table <- coef(summary(model))
  n <- nobs(model)
  # the log-likelihood (not the restricted one) at the estimates, which no coding changes
  X <- getME(model, "X"); y <- getME(model, "y")
  V <- as.matrix(crossprod(getME(model, "A"))) + diag(n)
  r <- y - X %*% fixef(model)
  s2 <- sigma(model)^2
  loglik <- -0.5 * (n * log(2 * pi * s2) + as.numeric(determinant(V)$modulus) +
                      sum(r * solve(V, r)) / s2)
  list(names = rownames(table), estimate = table[, "Estimate"], se = table[, "Std. Error"],
       df = table[, "df"], p = table[, "Pr(>|t|)"], reml = as.numeric(logLik(model)),
       loglik = loglik)
}
simple <- function(n) contr.treatment(n) - 1 / n
coded <- function(key, formula, folder, name, factors, grouping, numeric) {
  data <- read(folder, name, c(factors, grouping))
  last <- data
  for (column in factors) last[[column]] <- relevel(last[[column]], rev(levels(last[[column]]))[1])
  centred <- data
  for (column in numeric) centred[[column]] <- data[[column]] - mean(data[[column]])
  every <- function(what) setNames(rep(list(what), length(factors)), factors)
  sums <- lapply(setNames(factors, factors), function(f) contr.sum(nlevels(data[[f]])))
  simples <- lapply(setNames(factors, factors), function(f) simple(nlevels(data[[f]])))
  plain <- lm(lme4::nobars(formula), data)
  ols <- coef(summary(plain))
  list(key = key, own = coefficients_of(fit(formula, data)),
       last = coefficients_of(fit(formula, last)),
       sum = coefficients_of(fit(formula, data, contrasts = sums)),
       simple = coefficients_of(fit(formula, centred, contrasts = simples)),
       ols = list(names = rownames(ols), estimate = ols[, 1], se = ols[, 2], p = ols[, 4],
                  df = df.residual(plain), loglik = as.numeric(logLik(plain))))
}
codings <- list(
  coded("orth_rs", distance ~ age * Sex + (1 + age | Subject), "data", "Orthodont", "Sex",
        "Subject", "age"),
  coded("oats_split", yield ~ Variety * dose + (1 | Block / Variety), "data_extra", "oats",
        c("Variety", "dose"), "Block", character()),
  coded("ratpup_threeway", weight ~ Treatment * sex * Lsize + (1 | Litter), "data_extra", "ratpup",
        c("Treatment", "sex"), "Litter", "Lsize")
)

# --- R's studentised range, where it is accurate --------------------------------------------------

ranges <- expand.grid(q = c(0.5, 2, 3.5, 5), k = c(2, 3, 6, 20), df = c(5, 10, 30, 200, Inf))
ranges$p <- ptukey(ranges$q, ranges$k, ranges$df, lower.tail = FALSE)
ranges$df <- ifelse(is.finite(ranges$df), ranges$df, NA)
quantiles <- expand.grid(alpha = c(0.1, 0.05, 0.01), k = c(2, 3, 6, 20), df = c(10, 30, 200, Inf))
quantiles$q <- qtukey(quantiles$alpha, quantiles$k, quantiles$df, lower.tail = FALSE)
quantiles$df <- ifelse(is.finite(quantiles$df), quantiles$df, NA)

as_json <- function(value) {
  toJSON(value, auto_unbox = TRUE, digits = NA, na = "null", null = "null", dataframe = "rows")
}
lines <- function(entries) {
  parts <- vapply(entries, function(entry) as.character(as_json(entry)), "")
  paste0("{\n", paste0('"', names(entries), '": ', parts, collapse = ",\n"), "\n}")
}
names(codings) <- vapply(codings, `[[`, "", "key")
packages <- c("lme4", "lmerTest", "pbkrtest", "emmeans")
versions <- c(list(R = paste(R.version$major, R.version$minor, sep = ".")),
              setNames(lapply(packages, function(p) as.character(packageVersion(p))), packages))
writeLines(paste0('{"versions": ', as_json(versions), ',\n"tables": ', lines(tables),
                  ',\n"bounds": ', as_json(bounds), ',\n"codings": ', lines(codings),
                  ',\n"ranges": ', as_json(ranges), ',\n"quantiles": ', as_json(quantiles), "}"),
           "effects.json")
