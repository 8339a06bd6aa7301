# Reference values for models with a residual structure, by nlme at tight tolerance: estimates,
# predictions, modes and normalized residuals.
#
#   Rscript --vanilla make_structured_models.R       (in this folder; needs nlme, jsonlite)
#
# Writes structured_models.json.
suppressMessages({library(nlme); library(jsonlite)})
read <- function(name) read.csv(file.path("data", paste0(name, ".csv")))
control <- lmeControl(maxIter = 500, msMaxIter = 1000, niterEM = 100, tolerance = 1e-10,
                      msTol = 1e-12, opt = "nlminb", returnObject = TRUE)
values <- function(fit, plain) {
  s <- fit$modelStruct
  list(beta = as.list(fixef(fit)), se = as.list(sqrt(diag(vcov(fit)))), sigma = fit$sigma,
       loglik = as.numeric(logLik(fit)), aic = AIC(fit), df = attr(logLik(fit), "df"),
       chi_sq = 2 * as.numeric(logLik(fit) - logLik(plain)),
       sds = as.numeric(VarCorr(fit)[, "StdDev"]),
       average = as.numeric(predict(fit, level = 0)), own = as.numeric(predict(fit)),
       normalized = as.numeric(resid(fit, type = "normalized")),
       sd = as.numeric(attr(fit$residuals, "std")),
       modes = as.list(as.data.frame(ranef(fit))))
}
both <- function(formula, data, random, ..., method = "REML") {
  plain <- do.call(lme, list(formula, data, random, method = method, control = control))
  fit <- do.call(lme, list(formula, data, random, ..., method = method, control = control))
  values(fit, plain)
}
sleep <- read("sleepstudy"); orth <- read("Orthodont"); body <- read("BodyWeight")
sleep$Subject <- factor(sleep$Subject)
orth$Subject <- factor(orth$Subject); orth$Sex <- factor(orth$Sex)
body$Rat <- factor(body$Rat); body$Diet <- factor(body$Diet)
out <- list(
  sleep_ar1 = both(Reaction ~ Days, sleep, ~ 1 | Subject,
                   correlation = corAR1(form = ~ 1 | Subject)),
  orth_by_sex = both(distance ~ age * Sex, orth, ~ age | Subject,
                     weights = varIdent(form = ~ 1 | Sex)),
  orth_by_sex_ml = both(distance ~ age * Sex, orth, ~ 1 | Subject, method = "ML",
                        weights = varIdent(form = ~ 1 | Sex)),
  orth_both = both(distance ~ age * Sex, orth, ~ 1 | Subject,
                   weights = varIdent(form = ~ 1 | Sex),
                   correlation = corAR1(form = ~ 1 | Subject)),
  body_car1 = both(weight ~ Time * Diet, body, ~ 1 | Rat,
                   correlation = corCAR1(form = ~ Time | Rat)),
  body_power_time = both(weight ~ Time * Diet, body, ~ 1 | Rat,
                         weights = varPower(form = ~ Time)),
  body_by_diet_ar1 = both(weight ~ Time * Diet, body, ~ Time | Rat,
                          weights = varIdent(form = ~ 1 | Diet),
                          correlation = corAR1(form = ~ 1 | Rat)))
write_json(out, "structured_models.json", digits = NA, auto_unbox = TRUE, pretty = FALSE,
           null = "null")
