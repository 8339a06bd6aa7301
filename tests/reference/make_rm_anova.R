# Reference values for repeated-measures ANOVA: type III F tests, Greenhouse-Geisser and Huynh-Feldt
# epsilon, of subjects that are complete.
#
#   Rscript --vanilla make_rm_anova.R       (in this folder; needs afex, car, jsonlite)
#
# Writes rm_anova.json.
suppressMessages({library(afex); library(jsonlite)})
read <- function(name) read.csv(file.path("data", paste0(name, ".csv")))
extra <- function(name) read.csv(file.path("data_extra", paste0(name, ".csv")))

complete <- function(frame, subject, cells, outcome) {
  frame <- frame[!is.na(frame[[outcome]]), ]
  counts <- table(unique(frame[, c(subject, cells)])[[subject]])
  frame[frame[[subject]] %in% names(counts)[counts == max(counts)], ]
}

values <- function(frame, outcome, subject, within, between = NULL) {
  frame <- complete(frame, subject, within, outcome)
  for (name in c(subject, within, between)) frame[[name]] <- factor(frame[[name]])
  fit <- suppressWarnings(suppressMessages(aov_ez(
    subject, outcome, frame, within = within, between = between, type = 3,
    fun_aggregate = mean, include_aov = FALSE,
    anova_table = list(correction = "none", es = "none"))))
  s <- suppressWarnings(summary(fit$Anova, multivariate = FALSE))
  u <- s$univariate.tests
  u <- u[rownames(u) != "(Intercept)", , drop = FALSE]
  eps <- s$pval.adjustments
  pick <- function(effect, column)
    if (!is.null(eps) && effect %in% rownames(eps)) min(1, eps[effect, column]) else NA
  lapply(rownames(u), function(effect) list(
    effect = effect, f = u[effect, "F value"], df1 = u[effect, "num Df"],
    df2 = u[effect, "den Df"], p = u[effect, "Pr(>F)"],
    gg = pick(effect, "GG eps"), hf = pick(effect, "HF eps"),
    subjects = length(unique(frame[[subject]]))))
}

pain <- read.csv("../../lmm_core/data/samples/pain.csv")
out <- list(
  sleepstudy = values(read("sleepstudy"), "Reaction", "Subject", "Days"),
  orthodont = values(read("Orthodont"), "distance", "Subject", "age", "Sex"),
  bodyweight = values(read("BodyWeight"), "weight", "Rat", "Time", "Diet"),
  cake = values(read("cake"), "angle", "rr", "temperature", "recipe"),
  machines = values(read("Machines"), "score", "Worker", "Machine"),
  ham = values(extra("ham"), "liking", "Consumer", c("Product", "Information")),
  ham_gender = values(extra("ham"), "liking", "Consumer", c("Product", "Information"), "Gender"),
  pain = values(pain, "pain_score", "patient_id", "month", "treatment"))
write_json(out, "rm_anova.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
