# Further reference values: other models and data sets than those of lme4.json and inference.json.
#
#   Rscript --vanilla make_extra.R          (in this folder; needs lme4, lmerTest, pbkrtest, emmeans,
#                                            performance, car, numDeriv, minqa, mlmRev, jsonlite)
#
# Writes data_extra/*.csv (the data sets), models_extra.json (the models, layout of models.json and
# `weights`, `about`) and extra.json: `versions`, `fits` (layout of lme4.json, and `check`: how well the
# optimum is established) and `inference` (layout of inference.json, and type II tables).
#
# Every factor is made from the CSV with its levels sorted as numbers or by code point, so that the
# values follow from the files alone. Each fit is the best of many starts and optimisers.

suppressPackageStartupMessages({
  library(lme4)
  library(jsonlite)
})
source("extra_models.R") # data_sets(), extra_models
dir.create("data_extra", showWarnings = FALSE)
set.seed(20240501)

write_data <- function() {
  sets <- data_sets()
  for (name in names(sets)) {
    path <- file.path("data_extra", paste0(name, ".csv"))
    write.csv(sets[[name]], path, row.names = FALSE, quote = FALSE)
  }
}

read_data <- function(model) {
  data <- read.csv(file.path("data_extra", paste0(model$data, ".csv")), check.names = FALSE)
  for (name in model$factors) {
    data[[name]] <- factor(data[[name]], levels = sort(unique(data[[name]]), method = "radix"))
  }
  data
}

# --- the optimum -------------------------------------------------------------------------------

keep_start <- function(fn, par, lower, upper, control) {
  list(par = par, fval = fn(par), convergence = 0, message = "start kept")
}
KEEP <- lmerControl(optimizer = keep_start, restart_edge = FALSE, boundary.tol = 0)
TIGHT <- lmerControl(
  optimizer = "bobyqa", optCtrl = list(rhobeg = 0.2, rhoend = 1e-9, maxfun = 1e5)
)

optimisers <- list(
  bobyqa = function(f, start, lower) {
    # minqa's BOBYQA needs two parameters or more
    if (length(start) == 1) return(list(par = start, fval = f(start)))
    minqa::bobyqa(start, f, lower = lower,
                  control = list(rhobeg = 0.2, rhoend = 1e-9, maxfun = 1e5))
  },
  nlopt = function(f, start, lower) {
    nloptwrap(start, f, lower = lower, upper = rep(Inf, length(start)), control = list(
      algorithm = "NLOPT_LN_BOBYQA", xtol_abs = 1e-11, ftol_abs = 1e-13, maxeval = 1e5))
  },
  nlminb = function(f, start, lower) {
    fit <- nlminb(start, f, lower = lower, control = list(
      rel.tol = 1e-14, x.tol = 1e-12, eval.max = 1e4, iter.max = 1e4))
    list(par = fit$par, fval = fit$objective)
  },
  neldermead = function(f, start, lower) {
    Nelder_Mead(f, start, lower = lower, control = list(
      maxfun = 1e5, FtolAbs = 1e-13, FtolRel = 1e-15, XtolRel = 1e-12))
  }
)

try_one <- function(optimiser, f, start, lower) {
  tryCatch({
    fit <- suppressWarnings(optimiser(f, pmax(start, lower), lower))
    par <- pmax(fit$par, lower)
    list(par = par, value = f(par))
  }, error = function(problem) list(par = start, value = Inf))
}

best_theta <- function(formula, data, reml, weights) {
  parts <- list(formula = formula, data = data, REML = reml)
  if (!is.null(weights)) parts$weights <- data[[weights]]
  parsed <- suppressMessages(do.call(lFormula, parts))
  deviance_function <- do.call(mkLmerDevfun, parsed)
  environment(deviance_function)$lower -> lower
  f <- function(theta) {
    value <- tryCatch(deviance_function(theta), error = function(problem) 1e300)
    if (is.finite(value)) value else 1e300
  }
  usual <- ifelse(lower == 0, 1, 0)
  starts <- c(list(usual, usual * 0.1, usual * 5),
              lapply(1:5, function(i) ifelse(lower == 0, rexp(length(lower)), rnorm(length(lower)))))
  tries <- list()
  for (start in starts) for (optimiser in optimisers[c("nlopt", "nlminb")]) {
    tries[[length(tries) + 1]] <- try_one(optimiser, f, start, lower)
  }
  tries[[length(tries) + 1]] <- try_one(optimisers$neldermead, f, usual, lower)
  values <- vapply(tries, function(one) one$value, 0)
  best <- tries[[which.min(values)]]
  for (round in 1:6) {
    before <- best$value
    for (optimiser in optimisers) {
      again <- try_one(optimiser, f, best$par, lower)
      if (again$value < best$value) best <- again
    }
    if (before - best$value < 1e-11) break
  }
  # A variance next to 0 is put on 0 when that is no worse.
  small <- lower == 0 & best$par < 1e-4
  if (any(small)) {
    zeroed <- best$par
    zeroed[small] <- 0
    if (f(zeroed) <= best$value + 1e-9) best <- list(par = zeroed, value = f(zeroed))
  }
  free <- best$par > lower
  gradient <- tryCatch(numDeriv::grad(function(x) {
    theta <- best$par
    theta[free] <- x
    f(theta)
  }, best$par[free]), error = function(problem) NA_real_)
  list(theta = best$par, check = list(
    starts = length(tries), agreeing = sum(values < best$value + 1e-6),
    max_gradient = if (any(free)) max(abs(gradient)) else 0))
}

fit_with <- function(model, data, reml, control, theta = NULL) {
  # update(), which lmerTest, ranova and profile call, evaluates the call in the global environment
  assign("DATA", data, globalenv())
  assign("CONTROL", control, globalenv())
  assign("THETA", theta, globalenv())
  call <- bquote(lmerTest::lmer(.(as.formula(model$lme4)), data = DATA, REML = .(reml),
                                control = CONTROL, start = THETA))
  if (is.null(theta)) call$start <- NULL
  if (!is.null(model$weights)) call$weights <- as.name(model$weights)
  suppressMessages(suppressWarnings(eval(call, globalenv())))
}

# --- the values --------------------------------------------------------------------------------

tight_values <- function(fit) {
  table <- coef(summary(fit))
  components <- as.data.frame(VarCorr(fit))
  dropped <- attr(getME(fit, "X"), "col.dropped")
  list(
    coef_names = rownames(table), beta = table[, "Estimate"], se = table[, "Std. Error"],
    df_satt = table[, "df"], t = table[, "t value"], p_satt = table[, "Pr(>|t|)"],
    vc = as.list(components), sigma = sigma(fit), logLik = as.numeric(logLik(fit)),
    reml_crit_or_dev = if (isREML(fit)) REMLcrit(fit) else deviance(fit),
    AIC = AIC(fit), BIC = BIC(fit), theta = unname(getME(fit, "theta")),
    singular = isSingular(fit, tol = 1e-4), nobs = nobs(fit),
    npar = attr(logLik(fit), "df"), dropped = names(dropped)
  )
}

kenward_roger <- function(fit) {
  adjusted <- pbkrtest::vcovAdj(fit)
  plain <- vcov(fit)
  p <- length(fixef(fit))
  df <- vapply(seq_len(p), function(j) {
    pbkrtest::Lb_ddf(as.numeric(seq_len(p) == j), plain, adjusted)
  }, 0)
  se <- sqrt(diag(as.matrix(adjusted)))
  t <- unname(fixef(fit)) / se
  list(df = df, se = unname(se), t = t, p = 2 * pt(-abs(t), df))
}

modes <- function(fit) {
  lapply(ranef(fit, condVar = TRUE), function(frame) {
    variance <- attr(frame, "postVar")
    if (!is.list(variance)) variance <- list(variance)
    diagonals <- do.call(cbind, lapply(variance, function(array) {
      matrix(apply(array, 3, diag), ncol = dim(array)[1], byrow = TRUE)
    }))
    list(levels = rownames(frame), terms = colnames(frame),
         mode = unname(as.matrix(frame)), condvar = diagonals)
  })
}

profile_intervals <- function(fit) {
  time <- system.time(
    limits <- suppressWarnings(confint(fit, method = "profile", oldNames = FALSE, quiet = TRUE))
  )[["elapsed"]]
  list(names = rownames(limits), lower = unname(limits[, 1]), upper = unname(limits[, 2]),
       secs = time)
}

records <- function(table, ...) {
  frame <- as.data.frame(table, ...)
  if (!is.null(rownames(frame)) && !identical(rownames(frame), as.character(seq_len(nrow(frame))))) {
    frame <- cbind(frame, term = rownames(frame))
  }
  frame
}

or_null <- function(value) {
  tryCatch(suppressMessages(suppressWarnings(value)), error = function(problem) {
    cat("   left out:", conditionMessage(problem), "\n")
    NULL
  })
}

omnibus <- function(model, data, theta, kr) {
  if (!length(attr(terms(nobars(as.formula(model$lme4))), "term.labels"))) return(list())
  old <- options(contrasts = c("contr.sum", "contr.poly"))
  on.exit(options(old))
  # Sum coding changes no random part here: where a factor has random slopes, it has no contrasts.
  fit <- fit_with(model, data, TRUE, KEEP, theta)
  tables <- list()
  for (type in c(3, 2)) {
    name <- paste0("anova", type, "_satterthwaite_sumcoding")
    tables[[name]] <- or_null(records(anova(fit, type = type)))
    if (kr) {
      name <- paste0("anova", type, "_kr_sumcoding")
      tables[[name]] <- or_null(records(anova(fit, type = type, ddf = "Kenward-Roger")))
    }
  }
  if (kr) tables$anova2_kr_car <- or_null(records(car::Anova(fit, type = 2, test.statistic = "F")))
  tables
}

marginal <- function(fit, model) {
  out <- list()
  if (!is.null(model$means)) {
    at <- as.formula(paste("~", model$means))
    for (mode in c("satterthwaite", "kenward-roger")) {
      means <- or_null(emmeans::emmeans(fit, at, lmer.df = mode, lmerTest.limit = 1e5,
                                        pbkrtest.limit = 1e5))
      if (is.null(means)) next
      short <- if (mode == "satterthwaite") mode else "kr"
      out[[paste0("emmeans_", short)]] <- as.data.frame(means)
      if (short == "kr") next
      out$pairs_tukey <- as.data.frame(pairs(means, adjust = "tukey"))
      out$pairs_holm <- as.data.frame(pairs(means, adjust = "holm"))
      out$pairs_bonferroni <- as.data.frame(pairs(means, adjust = "bonferroni"))
      out$pairs_ci_unadjusted <- as.data.frame(confint(pairs(means, adjust = "none")))
      out$pairs_ci_tukey <- as.data.frame(confint(pairs(means, adjust = "tukey")))
    }
  }
  if (!is.null(model$trends)) {
    trends <- emmeans::emtrends(fit, as.formula(paste("~", model$trends[2])), var = model$trends[1],
                                lmer.df = "satterthwaite", lmerTest.limit = 1e5)
    out$emtrends_satterthwaite <- as.data.frame(trends)
    out$emtrends_pairs <- as.data.frame(pairs(trends))
  }
  out
}

inference_values <- function(model, data, theta, kr) {
  fit <- fit_with(model, data, TRUE, KEEP, theta)
  out <- list(formula = model$lme4, n = nobs(fit))
  out <- c(out, omnibus(model, data, theta, kr), marginal(fit, model))
  if (!isSingular(fit, tol = 1e-4)) { # performance leaves the random part out of a singular fit
    r2 <- performance::r2_nakagawa(fit)
    out$r2 <- list(R2_conditional = as.numeric(r2$R2_conditional),
                   R2_marginal = as.numeric(r2$R2_marginal))
    icc <- performance::icc(fit)
    out$icc <- list(ICC_adjusted = icc$ICC_adjusted, ICC_unadjusted = icc$ICC_unadjusted)
  }
  usual <- fit_with(model, data, TRUE, TIGHT)
  out$ranova_reml <- or_null(records(lmerTest::ranova(usual)))
  out
}

one_model <- function(model) {
  data <- read_data(model)
  values <- list(fits = list())
  for (method in model$methods) {
    reml <- method == "REML"
    best <- best_theta(as.formula(model$lme4), data, reml, model$weights)
    fit <- fit_with(model, data, reml, KEEP, best$theta)
    tight <- tight_values(fit)
    out <- list(key = model$key, method = method, formula = model$lme4, n = nobs(fit),
                ngrps = as.list(summary(fit)$ngrps), tight = tight, check = best$check)
    small <- nobs(fit) <= 1500
    # pbkrtest takes the residual covariance as sigma^2 I: not so with prior weights.
    kr <- reml && small && is.null(model$weights) && !tight$singular
    if (kr) out$kr <- or_null(kenward_roger(fit))
    if (small) out$ranef <- modes(fit)
    if (reml && isTRUE(model$profile)) {
      out$profile <- or_null(profile_intervals(fit_with(model, data, reml, TIGHT)))
    }
    values$fits[[paste(model$key, method, sep = "|")]] <- out
    if (reml) values$inference <- inference_values(model, data, best$theta, kr)
    cat(sprintf("%-20s %-4s n=%d logLik=%.6f singular=%s starts %d/%d gradient %.1e\n", model$key,
                method, nobs(fit), tight$logLik, tight$singular, best$check$agreeing,
                best$check$starts, best$check$max_gradient))
  }
  values
}

as_json <- function(value) {
  toJSON(value, auto_unbox = TRUE, digits = NA, na = "null", null = "null", dataframe = "rows")
}

# One line per entry: small, and a change shows where it is.
object_lines <- function(entries) {
  parts <- vapply(entries, function(entry) as.character(as_json(entry)), "")
  paste0("{\n", paste0('"', names(entries), '": ', parts, collapse = ",\n"), "\n}")
}

chosen <- commandArgs(trailingOnly = TRUE) # keys to try out; nothing is written then
write_data()
models <- if (length(chosen)) Filter(function(m) m$key %in% chosen, extra_models) else extra_models
values <- lapply(models, one_model)
if (!length(chosen)) {
  packages <- c("lme4", "lmerTest", "pbkrtest", "emmeans", "performance", "car", "Matrix", "nlme",
                "MASS", "mlmRev", "minqa", "nloptr", "numDeriv")
  versions <- c(list(R = paste(R.version$major, R.version$minor, sep = ".")),
                setNames(lapply(packages, function(p) as.character(packageVersion(p))), packages))
  inference <- setNames(lapply(values, `[[`, "inference"), vapply(models, `[[`, "", "key"))
  fits <- do.call(c, lapply(values, `[[`, "fits"))
  writeLines(paste0('{"versions": ', as_json(versions), ',\n"fits": ', object_lines(fits),
                    ',\n"inference": ', object_lines(Filter(Negate(is.null), inference)), "}"),
             "extra.json")
  plain <- lapply(models, function(m) {
    list(key = m$key, data = m$data, lme4 = m$lme4, factors = I(as.character(m$factors)),
         nums = I(as.character(m$nums)), methods = I(m$methods), weights = m$weights,
         about = m$about)
  })
  lines <- vapply(plain, function(entry) as.character(as_json(entry)), "")
  writeLines(paste0("[\n", paste0(lines, collapse = ",\n"), "\n]"), "models_extra.json")
}
