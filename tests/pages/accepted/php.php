<?php if ($a > 1) { echo "</head>"; } ?>
<!doctype html>
<html><head>
<?php if ($b > 2): ?><title><?= $title ?></title><?php endif; ?>
</head>
<body><?php echo "x"; ?></body></html>
