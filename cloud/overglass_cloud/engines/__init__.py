"""The engines that paint, one file each, all behind the Protocol in `overglass_cloud.looks`."""
